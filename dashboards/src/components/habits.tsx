import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Habit } from '../api/types.ts';
import { useFormat } from './format-context.tsx';
import { Untrusted } from './untrusted.tsx';

interface HabitsProps {
  readonly habits: readonly Habit[];
  /** What an empty list means. */
  readonly none: string;
  /** Words for a value; the value itself when absent. */
  readonly words?: (value: string) => string;
  /** What can be done with one. */
  readonly action?: (habit: Habit) => ReactNode;
}

const asnOf = (value: string): string | null => /^AS(\d+)$/.exec(value)?.[1] ?? null;

/** What is usual for a user: how much it weighs, and when it was seen. */
export function Habits({ habits, none, words, action }: HabitsProps) {
  const format = useFormat();
  if (habits.length === 0) return <p className="empty-line">{none}</p>;
  const most = Math.max(...habits.map((habit) => habit.weight), 0.01);
  return (
    <ul className="habits">
      {habits.map((habit) => {
        const label = words?.(habit.value) ?? habit.value;
        const asn = asnOf(habit.value);
        return (
          <li key={habit.value}>
            <div className="habit-words">
              {asn === null ? (
                <Untrusted>{label}</Untrusted>
              ) : (
                <Link to="/network" search={{ asn }}>
                  <Untrusted>{label}</Untrusted>
                </Link>
              )}
              {habit.provisional && (
                <span className="tl-tag" title="Seen on unchallenged logins only; it vouches for nothing yet">
                  provisional
                </span>
              )}
              {action?.(habit)}
            </div>
            <div className="bars-track" aria-hidden="true">
              <span
                className="bars-fill"
                style={{ inlineSize: `${Math.max(2, (habit.weight / most) * 100)}%` }}
              />
            </div>
            <p className="sub">
              weight {format.number(habit.weight)}, last seen {format.stamp(habit.last_seen)}
            </p>
          </li>
        );
      })}
    </ul>
  );
}
