import { Link } from '@tanstack/react-router';
import { useTitle } from '../components/use-title.ts';

export function NotFoundPage() {
  useTitle('Not found');
  return (
    <div className="empty empty-page">
      <h1>No such page</h1>
      <p>The address leads nowhere here. It may be mistyped, or from a newer version.</p>
      <Link to="/" className="button button-strong">
        Go to the overview
      </Link>
    </div>
  );
}
