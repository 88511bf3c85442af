import { clsx } from 'clsx';
import type { ComponentProps } from 'react';
import { Tooltip } from './tooltip.js';

type Variant = 'primary' | 'secondary' | 'ghost' | 'danger';

const variants: Record<Variant, string> = {
  primary: 'bg-primary text-white hover:bg-primary-hover border border-transparent',
  secondary: 'bg-surface text-fg border border-line hover:bg-hover hover:border-control',
  ghost: 'text-muted hover:text-fg hover:bg-hover border border-transparent',
  danger: 'bg-danger text-white hover:brightness-90 border border-transparent',
};

export interface ButtonProps extends ComponentProps<'button'> {
  variant?: Variant;
  size?: 'sm' | 'md';
}

/** A text button. Pending actions pass `disabled`, so that a double click sends one request. */
export function Button({ variant = 'secondary', size = 'md', className, type = 'button', ...props }: ButtonProps) {
  return <button type={type} className={clsx(buttonClass(variant, size), className)} {...props} />;
}

/** The look of a button, for links that lead somewhere. */
export function buttonClass(variant: Variant = 'secondary', size: 'sm' | 'md' = 'md'): string {
  return clsx(
    'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md text-sm font-medium whitespace-nowrap transition-colors duration-100',
    'disabled:cursor-not-allowed disabled:opacity-55 [&_svg]:size-4 [&_svg]:shrink-0 pointer-coarse:min-h-11',
    size === 'md' ? 'h-8 px-3' : 'h-7 px-2',
    variants[variant],
  );
}

export interface IconButtonProps extends ComponentProps<'button'> {
  /** Its accessible name, and its tooltip. */
  label: string;
  /** The single key that does the same, shown in the tooltip. */
  shortcut?: string;
  size?: 'sm' | 'md';
}

/** A square button with an icon; the label is its name and its tooltip. */
export function IconButton({ label, shortcut, size = 'md', className, type = 'button', ...props }: IconButtonProps) {
  return (
    <Tooltip content={label} shortcut={shortcut}>
      <button
        type={type}
        aria-label={label}
        className={clsx(
          'inline-flex shrink-0 items-center justify-center rounded-md text-muted transition-colors duration-100 hover:bg-hover hover:text-fg',
          'disabled:cursor-not-allowed disabled:opacity-50 data-[state=open]:bg-hover data-[state=open]:text-fg pointer-coarse:size-11',
          size === 'md' ? 'size-8 [&_svg]:size-4' : 'size-6 [&_svg]:size-3.5',
          className,
        )}
        {...props}
      />
    </Tooltip>
  );
}
