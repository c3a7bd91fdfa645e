import { COLUMNS, type ColumnId, DEFAULT_COLUMNS } from '../lib/columns.ts';
import { ColumnsIcon } from './icons.tsx';
import { Popover } from './popover.tsx';

interface ColumnPickerProps {
  readonly columns: readonly ColumnId[];
  readonly onChange: (columns: readonly ColumnId[]) => void;
}

export function ColumnPicker({ columns, onChange }: ColumnPickerProps) {
  return (
    <Popover
      label={
        <>
          <ColumnsIcon /> Columns
        </>
      }
      className="button-quiet"
      testId="columns"
    >
      {() => (
        <fieldset className="checks">
          <legend>Columns</legend>
          {COLUMNS.map(({ id, label }) => (
            <label key={id} className="check">
              <input
                type="checkbox"
                checked={columns.includes(id)}
                // The time opens the decision: without it a row leads nowhere.
                disabled={id === 'time'}
                onChange={(event) =>
                  onChange(
                    event.target.checked ? [...columns, id] : columns.filter((column) => column !== id),
                  )
                }
              />
              {label}
            </label>
          ))}
          <button type="button" className="button" onClick={() => onChange(DEFAULT_COLUMNS)}>
            The usual ones
          </button>
        </fieldset>
      )}
    </Popover>
  );
}
