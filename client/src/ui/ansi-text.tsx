const ESCAPE = String.fromCharCode(27);
const COLOUR = new RegExp(`${ESCAPE}\\[([\\d;]*)m`);
const OTHER = new RegExp(`${ESCAPE}\\[[\\d;?]*[A-Za-ln-z]`, 'g');

const colours: Record<string, string> = {
  '31': 'text-danger-fg',
  '32': 'text-success-fg',
  '33': 'text-warn-fg',
  '34': 'text-(--running-fg)',
  '35': 'text-(--scheduled-fg)',
  '36': 'text-(--running-fg)',
  '90': 'text-muted',
};

/** Terminal text: its colours become the dashboard's own, every other escape is dropped. */
export function AnsiText({ text }: { text: string }) {
  const parts = text.replaceAll(OTHER, '').split(COLOUR);
  return (
    <span className="min-w-0 break-words whitespace-pre-wrap">
      {parts.map((part, index) => {
        if (index % 2 === 1 || part === '') return null;
        const code = (parts[index - 1] ?? '').split(';').find((each) => each in colours);
        return (
          <span key={index} className={index > 0 && code ? colours[code] : undefined}>
            {part}
          </span>
        );
      })}
    </span>
  );
}
