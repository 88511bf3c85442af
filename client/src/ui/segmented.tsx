import { clsx } from 'clsx';

/** A few choices side by side, one pressed. */
export function Segmented<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
}) {
  return (
    <div role="group" aria-label={label} className="inline-flex w-fit rounded-md border border-line bg-subtle p-0.5">
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
          className={clsx(
            'h-7 rounded px-2.5 text-xs font-medium transition-colors duration-100 pointer-coarse:h-11',
            option.value === value
              ? 'bg-surface text-fg shadow-[0_0_0_1px_var(--line)] dark:bg-hover'
              : 'text-muted hover:text-fg',
          )}
        >
          {option.label}
        </button>
      ))}
    </div>
  );
}
