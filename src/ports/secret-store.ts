/** Named secrets of this installation, made once and kept in the data directory with mode 0600 (or handed in). */
export interface SecretStore {
  /** The bytes under a name; made by `make` and stored durably when absent. */
  get(name: string, make: () => Uint8Array): Promise<Uint8Array>;
  put(name: string, value: Uint8Array): Promise<void>;
}
