/** Milliseconds since 1970-01-01 UTC. The only source of "now" below the composition root. */
export type Clock = () => number;
