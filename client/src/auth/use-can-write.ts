import { useQuery } from '@tanstack/react-query';
import { sessionQuery } from '../api/session.js';

/** Whether the caller may change anything. The server refuses a viewer in any case; this keeps the controls out of sight. */
export function useCanWrite(): boolean {
  const { data: session } = useQuery(sessionQuery());
  return session?.role !== 'viewer';
}
