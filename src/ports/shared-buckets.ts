/** Token buckets that several processes draw from. */
export interface SharedBuckets {
  /**
   * Takes tokens that were spent already, and tells how many are left by now: below 0, down to minus `burst`, when more
   * was spent than there was. A bucket that nobody knows is full.
   */
  spend(bucket: string, spent: number, rate_rps: number, burst: number): Promise<number>;
}
