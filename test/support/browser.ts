import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser as Chromium, type BrowserContextOptions, type Page } from 'playwright-core';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome'];
const ARGUMENTS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** Long, for machines that run other suites beside this one. Whatever is promised sooner is measured on its own. */
const PATIENCE_MS = 15_000;

/** A real Chromium. Every page remembers what went wrong in it. */
export class Browser {
  private readonly problems: string[] = [];

  private constructor(private readonly chromium: Chromium) {}

  static async launch(): Promise<Browser> {
    return new Browser(await chromium.launch({ executablePath: programPath(), args: ARGUMENTS }));
  }

  /** A page of a profile of its own. */
  async open(url: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.chromium.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    page.on('pageerror', (error) => this.problems.push(error.message));
    page.on('console', (message) => message.type() === 'error' && this.problems.push(message.text()));
    await page.goto(url);
    return page;
  }

  /** What pages have thrown or printed as errors since this was asked last. */
  takeProblems(): string[] {
    return this.problems.splice(0);
  }

  /** Closes all pages. */
  async closePages(): Promise<void> {
    await Promise.all(this.chromium.contexts().map((context) => context.close()));
  }

  close(): Promise<void> {
    return this.chromium.close();
  }
}

/** @throws Error when there is no browser */
function programPath(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  for (const program of PROGRAMS) {
    const folder = folders.find((each) => existsSync(join(each, program)));
    if (folder !== undefined) return join(folder, program);
  }
  throw new Error('The browser tests need chromium (on Debian: apt-get install -y chromium).');
}
