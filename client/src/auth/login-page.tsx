import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { ApiError, messageOf } from '../api/api-error.js';
import { openSession } from '../api/session.js';
import { Brand } from '../shell/side-nav.js';
import { Button } from '../ui/button.js';
import { Field } from '../ui/field.js';

const route = getRouteApi('/login');

/** Asks for the API key when the server wants one, and goes back to where the question came up. */
export function LoginPage() {
  const { next } = route.useSearch();
  const router = useRouter();
  const [apiKey, setApiKey] = useState('');
  const [problem, setProblem] = useState<string>();
  const [isSending, setSending] = useState(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setSending(true);
    try {
      await openSession(apiKey);
      // Only a path of this dashboard: a link must not be able to send a person elsewhere.
      router.history.replace(next?.startsWith('/ui/') ? next : '/ui/');
    } catch (error) {
      const isWrong = error instanceof ApiError && error.status === 401;
      setProblem(isWrong ? 'This key is not known to the server.' : messageOf(error));
      setSending(false);
    }
  };

  return (
    <main className="flex min-h-dvh items-center justify-center bg-subtle p-4">
      <form
        onSubmit={(event) => void submit(event)}
        className="w-full max-w-sm rounded-lg border border-line bg-surface p-6"
      >
        <div className="-mx-4">
          <Brand />
        </div>
        <h1 className="mt-2 mb-4 text-xl font-semibold tracking-tight">Sign in</h1>
        <Field label="API key" error={problem} hint="The key that the server was started with.">
          {(control) => (
            <input
              {...control}
              type="password"
              autoComplete="current-password"
              className="field"
              value={apiKey}
              onChange={(event) => setApiKey(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit" variant="primary" className="mt-5 w-full" disabled={isSending || apiKey === ''}>
          Sign in
        </Button>
      </form>
    </main>
  );
}
