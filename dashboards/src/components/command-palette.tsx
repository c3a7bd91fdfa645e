import { useNavigate } from '@tanstack/react-router';
import { useId, useMemo, useRef, useState } from 'react';
import { matchAt, type Reading, readingsOf } from '../lib/find.ts';
import { reveal } from '../lib/text.ts';
import { Modal } from './modal.tsx';

/** Something that the palette can do. */
export interface Command {
  readonly id: string;
  readonly label: string;
  readonly group: string;
  /** The key that does the same, as it is written in the list of shortcuts. */
  readonly keys?: string;
  readonly run: () => void;
}

/** More are never read: the text is made longer instead. */
const MOST = 12;

type Go = ReturnType<typeof useNavigate>;

const commandsOf = (reading: Reading, go: Go): readonly Command[] => {
  switch (reading.kind) {
    case 'decision':
      return [
        {
          id: 'decision',
          group: 'Open',
          label: `Decision ${reading.id}`,
          run: () => void go({ to: '/decisions/$decisionId', params: { decisionId: reading.id } }),
        },
      ];
    case 'address':
      return [
        {
          id: 'address',
          group: 'Open',
          label: `Address ${reading.ip}`,
          run: () => void go({ to: '/address', search: { ip: reading.ip } }),
        },
        {
          id: 'address-decisions',
          group: 'Search',
          label: `Decisions from ${reading.ip}`,
          run: () => void go({ to: '/decisions', search: { ip: reading.ip } }),
        },
      ];
    case 'network':
      return [
        {
          id: 'network',
          group: 'Open',
          label: `Network AS${reading.asn}`,
          run: () => void go({ to: '/network', search: { asn: String(reading.asn) } }),
        },
        {
          id: 'network-decisions',
          group: 'Search',
          label: `Decisions from AS${reading.asn}`,
          run: () => void go({ to: '/decisions', search: { asn: String(reading.asn) } }),
        },
      ];
    case 'reason':
      return [
        {
          id: 'reason',
          group: 'Search',
          label: `Decisions with reason ${reading.code}`,
          run: () => void go({ to: '/decisions', search: { reason: reading.code } }),
        },
      ];
    case 'user':
      return [
        {
          id: `user ${reading.id}`,
          group: 'Open',
          label: `User ${reveal(reading.id)}`,
          run: () => void go({ to: '/user', search: { id: reading.id } }),
        },
        {
          id: `user-decisions ${reading.id}`,
          group: 'Search',
          label: `Decisions of user ${reveal(reading.id)}`,
          run: () => void go({ to: '/decisions', search: { user: reading.id } }),
        },
      ];
  }
};

interface PaletteProps {
  readonly commands: readonly Command[];
  readonly onClose: () => void;
}

/** Goes anywhere and does anything by typing: ids, addresses, AS numbers and reasons are understood as they are. */
export function CommandPalette({ commands, onClose }: PaletteProps) {
  const go = useNavigate();
  const [typed, setTyped] = useState('');
  const [chosen, setChosen] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const listId = useId();
  const found = useMemo(() => {
    const named = commands
      .map((command) => ({ command, at: matchAt(command.label, typed) }))
      .filter(({ at }) => at >= 0)
      .toSorted((a, b) => a.at - b.at)
      .map(({ command }) => command);
    const read = readingsOf(typed).flatMap((reading) => commandsOf(reading, go));
    // A page named in full is meant more often than a user of that name.
    const pageFirst = typed.trim().length > 0 && named.length > 0 && named.length <= 3;
    return (pageFirst ? [...named, ...read] : [...read, ...named]).slice(0, MOST);
  }, [commands, typed, go]);
  const active = Math.min(chosen, found.length - 1);

  const move = (by: number): void => {
    if (found.length === 0) return;
    const next = (active + by + found.length) % found.length;
    setChosen(next);
    list.current?.children[next]?.scrollIntoView({ block: 'nearest' });
  };
  const run = (command: Command | undefined): void => {
    if (command === undefined) return;
    onClose();
    command.run();
  };

  return (
    <Modal title="Go to or do" titleHidden onClose={onClose} className="palette" testId="palette">
      <input
        className="palette-input"
        // The dialog was opened to type into it.
        // biome-ignore lint/a11y/noAutofocus: see above
        autoFocus
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setChosen(0);
        }}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === 'ArrowDown') move(1);
          else if (event.key === 'ArrowUp') move(-1);
          else if (event.key === 'Enter') run(found[active]);
          else return;
          event.preventDefault();
        }}
        placeholder="User id, address, AS number, decision id, or a page"
        maxLength={256}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck="false"
        dir="auto"
        role="combobox"
        aria-label="Go to or do"
        aria-expanded="true"
        aria-controls={listId}
        aria-autocomplete="list"
        {...(found.length === 0 ? {} : { 'aria-activedescendant': `${listId}-${active}` })}
        data-testid="palette-input"
      />
      {/* Chosen from the field with the arrow keys; the list itself never takes the focus. */}
      <div id={listId} ref={list} role="listbox" aria-label="Results" className="palette-list" tabIndex={-1}>
        {found.map((command, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above handles the keys
          <div
            key={command.id}
            id={`${listId}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            className="palette-option"
            onMouseMove={() => setChosen(index)}
            onClick={() => run(command)}
            data-testid="palette-option"
          >
            <span className="palette-group">{command.group}</span>
            <bdi className="palette-label">{reveal(command.label)}</bdi>
            {command.keys !== undefined && <kbd>{command.keys}</kbd>}
          </div>
        ))}
      </div>
      {found.length === 0 && <p className="palette-none">Nothing is called that.</p>}
    </Modal>
  );
}
