import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { exportDecisions } from '../api/client.ts';
import type { DecisionFilter, ExportFormat } from '../api/types.ts';
import { type ColumnId, exportColumns } from '../lib/columns.ts';
import { DownloadIcon } from './icons.tsx';
import { Popover } from './popover.tsx';
import { ProblemNote } from './problem-note.tsx';
import { saveBlob } from './save-file.ts';

const MOST_ROWS = [1_000, 10_000, 100_000] as const;

interface ExportMenuProps {
  /** The filter at the moment of the export. */
  readonly filter: () => DecisionFilter;
  readonly columns: readonly ColumnId[];
}

/** The filtered decisions as a file. Cells that a spreadsheet would run are made harmless by the server. */
export function ExportMenu({ filter, columns }: ExportMenuProps) {
  const [format, setFormat] = useState<ExportFormat>('csv');
  const [all, setAll] = useState(false);
  const [most, setMost] = useState<number>(10_000);
  const take = useMutation({
    mutationFn: () =>
      exportDecisions({
        format,
        filter: filter(),
        max_rows: most,
        ...(all ? {} : { columns: exportColumns(columns) }),
      }),
    onSuccess: (blob) => saveBlob(`decisions.${format}`, blob),
  });
  return (
    <Popover
      label={
        <>
          <DownloadIcon /> Export
        </>
      }
      className="button-quiet"
      testId="export"
    >
      {() => (
        <form
          className="range-form"
          onSubmit={(event) => {
            event.preventDefault();
            if (!take.isPending) take.mutate();
          }}
        >
          <label className="field">
            <span>Format</span>
            <select
              className="input"
              value={format}
              onChange={(event) => setFormat(event.target.value === 'ndjson' ? 'ndjson' : 'csv')}
            >
              <option value="csv">CSV, for spreadsheets</option>
              <option value="ndjson">NDJSON, a row a line</option>
            </select>
          </label>
          <label className="field">
            <span>Newest rows, at most</span>
            <select className="input" value={most} onChange={(event) => setMost(Number(event.target.value))}>
              {MOST_ROWS.map((rows) => (
                <option key={rows} value={rows}>
                  {rows.toLocaleString()}
                </option>
              ))}
            </select>
          </label>
          <label className="check">
            <input type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} />
            Every field, not only the columns shown
          </label>
          {take.isError && <ProblemNote what="Nothing was exported" error={take.error} slim />}
          <button
            type="submit"
            className="button button-strong"
            aria-disabled={take.isPending}
            data-testid="export-now"
          >
            {take.isPending ? 'Exporting…' : 'Save the file'}
          </button>
        </form>
      )}
    </Popover>
  );
}
