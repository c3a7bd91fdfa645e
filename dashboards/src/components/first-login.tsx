import { firstLoginCommand } from '../lib/first-login.ts';
import { CopyButton } from './copy-button.tsx';

/** What to do when nothing was ever decided: the call that changes this. */
export function FirstLogin() {
  const command = firstLoginCommand(window.location.origin);
  return (
    <div className="empty" data-testid="empty-first-login">
      <h3>No login has been judged yet</h3>
      <p>
        Send one from a terminal. Put in the API key that <code>npm start</code> printed at its first start.
        The decision appears here within two seconds.
      </p>
      <div className="code-block">
        <pre>
          <code>{command}</code>
        </pre>
        <CopyButton text={command} label="the curl command" />
      </div>
      <p className="muted">
        Every field is described at <a href="/docs">/docs</a>. To look around with generated logins instead,
        start <code>npm run demo</code>.
      </p>
    </div>
  );
}
