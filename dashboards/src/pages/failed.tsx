import { useRouter } from '@tanstack/react-router';
import { ProblemNote } from '../components/problem-note.tsx';
import { useTitle } from '../components/use-title.ts';

/** Shown when a page could not even begin: the server is away, or the page itself broke. */
export function FailedPage({ error }: { readonly error: unknown }) {
  useTitle('Not available');
  const router = useRouter();
  return (
    <div className="page page-failed">
      <h1>Gatehouse</h1>
      <ProblemNote
        what="This page could not be opened"
        error={error}
        onRetry={() => void router.invalidate()}
      />
    </div>
  );
}
