import { useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { readSession } from '../api/client.ts';
import { isProblem } from '../api/problem.ts';
import { ProblemNote } from '../components/problem-note.tsx';
import { useTitle } from '../components/use-title.ts';
import { PageNotLoaded } from '../lib/page-chunk.ts';

/** Whether anybody answers, whatever the answer. */
const answers = async (): Promise<boolean> => {
  try {
    await readSession();
    return true;
  } catch (error) {
    return isProblem(error) && error.status > 0;
  }
};

/** Shown when a page could not even begin: the server is away, or the page itself broke. */
export function FailedPage({ error }: { readonly error: unknown }) {
  useTitle('Not available');
  const router = useRouter();
  const [busy, setBusy] = useState(false);
  const retry = async (): Promise<void> => {
    if (!(error instanceof PageNotLoaded)) return router.invalidate();
    setBusy(true);
    // Only once there is somebody to load it from: a reload in vain loses the application.
    if (await answers()) window.location.reload();
    else setBusy(false);
  };
  return (
    <div className="page page-failed">
      <h1>Gatehouse</h1>
      <ProblemNote
        what="This page could not be opened"
        error={error}
        onRetry={() => void retry()}
        busy={busy}
      />
    </div>
  );
}
