import { ApiProblem } from '../api/problem.ts';

/** A page's code could not be had: the server is away, or has been replaced by a newer one since this page was opened. */
export class PageNotLoaded extends ApiProblem {
  constructor() {
    super({
      status: 0,
      title: 'This page’s code could not be loaded',
      detail: 'The server cannot be reached, or was updated meanwhile. Retry loads the application anew.',
    });
  }
}

/**
 * Loads a page's code, failing as a problem that the application shows. The router would otherwise reload the document,
 * and with the server away that ends on the browser's own error page.
 */
export const pageChunk =
  <T>(load: () => Promise<T>): (() => Promise<T>) =>
  async () => {
    try {
      return await load();
    } catch {
      throw new PageNotLoaded();
    }
  };
