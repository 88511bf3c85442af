/** What PostgreSQL must never have to write to its log, whatever happens to the processes around it. */
const COMPLAINTS: [pattern: RegExp, meaning: string][] = [
  [/deadlock detected/g, 'a deadlock: rows were locked in two orders'],
  [/may not go from|may not begin as|has ended as/g, 'a change that only the trigger of the database refused'],
  [/violates (check|unique|not-null) constraint/g, 'a row that only a constraint of the database refused'],
];

export interface Complaint {
  meaning: string;
  count: number;
  sample: string;
}

export function readComplaints(log: string): Complaint[] {
  const lines = log.split('\n');
  return COMPLAINTS.flatMap(([pattern, meaning]) => {
    const matching = lines.filter((line) => line.search(pattern) >= 0);
    return matching.length === 0 ? [] : [{ meaning, count: matching.length, sample: matching[0]!.slice(0, 300) }];
  });
}
