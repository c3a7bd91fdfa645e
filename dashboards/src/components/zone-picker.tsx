import { useState } from 'react';
import { allZones, browserZone } from '../lib/zone.ts';
import { useFormat } from './format-context.tsx';

/** The zone in which every time is shown, and the choice of another one. */
export function ZonePicker({ onChange }: { readonly onChange: (zone: string) => void }) {
  const format = useFormat();
  const [all, setAll] = useState(false);
  const usual = [...new Set([browserZone(), 'UTC', format.timeZone])];
  // Some four hundred entries: they come when the list is about to open.
  const more = all ? allZones().filter((zone) => !usual.includes(zone)) : [];
  return (
    <label className="zone" title={`All times are shown in ${format.zoneLabel}`} data-testid="time-zone">
      <span className="visually-hidden">Time zone</span>
      <span className="zone-words" aria-hidden="true">
        <span className="zone-name">{format.timeZone} </span>({format.zoneOffset})
      </span>
      <select
        value={format.timeZone}
        onPointerDown={() => setAll(true)}
        onFocus={() => setAll(true)}
        onChange={(event) => onChange(event.target.value)}
        data-testid="zone-select"
      >
        {usual.map((zone) => (
          <option key={zone} value={zone}>
            {zone === browserZone() ? `${zone} (this browser)` : zone}
          </option>
        ))}
        {more.map((zone) => (
          <option key={zone} value={zone}>
            {zone}
          </option>
        ))}
      </select>
    </label>
  );
}
