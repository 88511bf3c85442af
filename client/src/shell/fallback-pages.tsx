import { Link, type ErrorComponentProps } from '@tanstack/react-router';
import { Bug, Compass } from 'lucide-react';
import { messageOf } from '../api/api-error.js';
import { Button, buttonClass } from '../ui/button.js';
import { Page } from '../ui/page.js';
import { EmptyState } from '../ui/states.js';

/** An address that leads nowhere. */
export function NotFoundPage() {
  return (
    <Page title="Page not found">
      <EmptyState
        icon={Compass}
        title="There is no such page"
        actions={
          <Link to="/jobs" className={buttonClass('primary')}>
            Go to jobs
          </Link>
        }
      >
        The address may be mistyped.
      </EmptyState>
    </Page>
  );
}

/** A fault of the dashboard itself. */
export function CrashPage({ error }: ErrorComponentProps) {
  return (
    <main className="pt-16">
      <h1 className="sr-only">Something broke</h1>
      <EmptyState
        icon={Bug}
        title="This page broke"
        actions={<Button onClick={() => window.location.reload()}>Load it again</Button>}
      >
        <p>{messageOf(error)}</p>
      </EmptyState>
    </main>
  );
}
