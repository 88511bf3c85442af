import { clsx } from 'clsx';
import { useId, useState, type ComponentProps, type KeyboardEvent } from 'react';

export interface ComboboxProps extends Omit<ComponentProps<'input'>, 'value' | 'onChange' | 'onSelect'> {
  value: string;
  onChange: (value: string) => void;
  /** Called when a suggestion is taken; without it, taking one is like typing it. */
  onPick?: (value: string) => void;
  options: readonly string[];
  /** True when the caller has chosen the options for what is typed. */
  isFiltered?: boolean;
}

/** A text field with suggestions; free text is always allowed. */
export function Combobox({
  value,
  onChange,
  onPick,
  options,
  isFiltered = false,
  className,
  onKeyDown,
  role = 'combobox',
  ...props
}: ComboboxProps) {
  const listId = useId();
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const typed = value.toLowerCase();
  const matches = isFiltered
    ? options
    : options.filter((option) => option.toLowerCase().includes(typed) && option !== value).slice(0, 8);
  const shown = isOpen && matches.length > 0;

  const pick = (option: string) => {
    (onPick ?? onChange)(option);
    setOpen(false);
    setActive(-1);
  };

  const handleKey = (event: KeyboardEvent<HTMLInputElement>) => {
    const choice = matches[active];
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setActive((index) => (matches.length === 0 ? -1 : (index + step + matches.length) % matches.length));
    } else if (event.key === 'Enter' && shown && choice !== undefined) {
      event.preventDefault();
      pick(choice);
    } else if (event.key === 'Escape' && shown) {
      // Only the list closes; the dialog around it stays.
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
      setActive(-1);
    } else onKeyDown?.(event);
  };

  return (
    <div className="relative">
      <input
        {...props}
        role={role}
        // A search box cannot be expanded; it names its suggestions all the same.
        aria-expanded={role === 'combobox' ? shown : undefined}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={shown && active >= 0 ? `${listId}-${active}` : undefined}
        autoComplete="off"
        spellCheck={false}
        value={value}
        className={clsx('field', className)}
        onChange={(event) => {
          onChange(event.target.value);
          setOpen(true);
          setActive(-1);
        }}
        onClick={() => setOpen(true)}
        onKeyDown={handleKey}
        onBlur={(event) => {
          setOpen(false);
          props.onBlur?.(event);
        }}
      />
      <ul
        id={listId}
        role="listbox"
        aria-label="Suggestions"
        hidden={!shown}
        className="absolute inset-x-0 top-full z-30 mt-1 max-h-64 overflow-y-auto rounded-lg border border-line bg-raised p-1 shadow-pop"
      >
        {matches.map((option, index) => (
          // The keyboard reaches an option through the input's aria-activedescendant.
          <li
            key={option}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === active}
            className={clsx(
              'cursor-pointer truncate rounded px-2 py-1.5 text-sm',
              index === active ? 'bg-hover' : 'hover:bg-hover',
            )}
            onPointerDown={(event) => {
              event.preventDefault();
              pick(option);
            }}
          >
            {option}
          </li>
        ))}
      </ul>
    </div>
  );
}
