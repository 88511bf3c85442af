import { clsx } from 'clsx';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { messageOf } from '../api/api-error.js';
import type { JobListParams } from '../api/jobs.js';
import { Button } from '../ui/button.js';
import { downloadText } from '../ui/download-text.js';
import { formatNumber, plural } from '../ui/format.js';
import { Menu, MenuItem, MenuLabel } from '../ui/menu.js';
import { notify } from '../ui/notify.js';
import { EXPORT_LIMIT, exportText, jobsToExport, type ExportFormat } from './export-jobs.js';

/** Saves jobs as a file: the selected ones, or all that match. */
export function ExportMenu({
  params,
  ids,
  what,
  className,
}: {
  params: JobListParams;
  ids?: ReadonlySet<string>;
  what: string;
  className?: string;
}) {
  const [isBusy, setBusy] = useState(false);
  const run = async (format: ExportFormat) => {
    setBusy(true);
    try {
      const jobs = await jobsToExport(params, ids);
      downloadText(exportText(jobs, format), `jobs.${format}`, format === 'csv' ? 'text/csv' : 'application/x-ndjson');
      void notify('success', `${plural(jobs.length, 'job')} exported`);
    } catch (error) {
      void notify('error', `Nothing was exported: ${messageOf(error)}`);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Menu
      trigger={
        <Button variant="ghost" className={clsx('text-fg', className)} disabled={isBusy} aria-label={`Export ${what}`}>
          <Download aria-hidden /> Export
        </Button>
      }
    >
      <MenuLabel>At most {formatNumber(EXPORT_LIMIT)} jobs, without payloads</MenuLabel>
      <MenuItem onSelect={() => void run('ndjson')}>NDJSON</MenuItem>
      <MenuItem onSelect={() => void run('csv')}>CSV</MenuItem>
    </Menu>
  );
}
