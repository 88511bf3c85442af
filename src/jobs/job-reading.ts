import { ActionPlanner } from './actions/action-planner.js';
import { ActionRunner } from './actions/action-runner.js';
import { JobActions } from './actions/job-actions.js';
import { JobActionsController } from './actions/job-actions.controller.js';
import { JobExplainer } from './explain/job-explainer.js';
import { JobExplainerController } from './explain/job-explainer.controller.js';
import { JobLists } from './listing/job-lists.js';
import { JobListsController } from './listing/job-lists.controller.js';
import { JobTotals } from './listing/job-totals.js';
import { JobWalker } from './listing/job-walker.js';
import { SearchTurns } from './listing/search-turns.js';
import { JobLogs } from './logs/job-logs.js';
import { JobLogsController } from './logs/job-logs.controller.js';

/** What JobsModule takes in for lists, logs, explanations and bulk actions. */
export const jobReadingControllers = [
  JobListsController,
  JobLogsController,
  JobExplainerController,
  JobActionsController,
];
export const jobReadingProviders = [
  SearchTurns,
  JobWalker,
  JobTotals,
  JobLists,
  JobLogs,
  JobExplainer,
  ActionPlanner,
  ActionRunner,
  JobActions,
];
