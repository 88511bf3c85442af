import { useEffect, type ReactNode } from 'react';
import { createStore, useStore } from './external-store.js';

/** The title of the page on screen, shown in the top bar and in the browser's tab. */
const pageTitle = createStore('');

/** The current page's title. */
export function usePageTitle(): string {
  return useStore(pageTitle);
}

/** The body of a page; `title` becomes the h1 of the top bar. */
export function Page({ title, children }: { title: string; children: ReactNode }) {
  useEffect(() => pageTitle.set(title), [title]);
  return <div className="mx-auto flex w-full max-w-[1600px] flex-col gap-4 p-4 md:p-6">{children}</div>;
}

/** A bordered box with an optional heading. */
export function Card({
  title,
  aside,
  children,
  className = '',
}: {
  title?: string;
  aside?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  return (
    <section aria-label={title} className={`min-w-0 rounded-lg border border-line bg-surface ${className}`}>
      {title && (
        <header className="flex min-h-11 flex-wrap items-center justify-between gap-2 border-b border-line px-4 py-2">
          <h2 className="text-sm font-semibold">{title}</h2>
          {aside}
        </header>
      )}
      {children}
    </section>
  );
}
