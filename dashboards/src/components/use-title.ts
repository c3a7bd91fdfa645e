import { useEffect } from 'react';

/** The page's name in the browser's tab and history; the first thing that a screen reader says. */
export const useTitle = (title: string): void => {
  useEffect(() => {
    document.title = `${title} · Gatehouse`;
  }, [title]);
};
