import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { notify } from './notify.js';
import { IconButton } from './button.js';

/** Copies `text`, or says that the browser does not allow it. */
export async function copyText(text: string, what: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    void notify('error', `${what} could not be copied: the browser does not allow it here.`);
    return false;
  }
}

/** A small button that copies `text`; its icon confirms for two seconds. */
export function CopyButton({ text, label, size = 'sm' }: { text: string; label: string; size?: 'sm' | 'md' }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    if (!(await copyText(text, label.replace('Copy ', '')))) return;
    setCopied(true);
    window.setTimeout(() => setCopied(false), 2000);
  };
  return (
    <IconButton label={label} size={size} onClick={() => void copy()}>
      {isCopied ? <Check className="text-success-fg" /> : <Copy />}
    </IconButton>
  );
}
