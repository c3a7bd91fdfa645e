/** The record could not be made durable: disk full, log closed. Nothing of it was kept; sending it again is right. */
export class LogUnavailable extends Error {
  readonly code = 'log_unavailable';

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'LogUnavailable';
  }
}

/**
 * Another process was first, so that nothing was stored. `position`: the record's place is taken, take the next one.
 * `event`: the event id was decided already; see `earlier`. `state`: what the record was made from has changed (another
 * outcome, a verdict, an erasure); look again.
 */
export class LogConflict extends Error {
  readonly code = 'log_conflict';
  readonly about: 'position' | 'event' | 'state';
  readonly earlier: { readonly position: number; readonly bodyHash: string } | null;

  constructor(about: LogConflict['about'], earlier: LogConflict['earlier'] = null) {
    super(`Another process changed the ${about} first.`);
    this.name = 'LogConflict';
    this.about = about;
    this.earlier = earlier;
  }
}

/** The log on disk was written by a newer version, or is damaged. The message is one sentence for the operator. */
export class LogUnreadable extends Error {
  readonly code = 'log_unreadable';

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'LogUnreadable';
  }
}

/** Another worker carries this track of the log now; whoever gets this stops writing to it. */
export class TrackLost extends Error {
  readonly code = 'track_lost';

  constructor(track: number) {
    super(`Track ${track} of the log is carried by another worker now.`);
    this.name = 'TrackLost';
  }
}
