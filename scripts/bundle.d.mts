/** Writes the server, in a few files, into `<directory>/src`. */
export declare function bundle(directory: string): Promise<void>;
