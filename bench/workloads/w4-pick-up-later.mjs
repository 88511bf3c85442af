import { pickUpAfter } from './w4-pick-up.mjs';

/** By then, the engines of all Node processes have optimised what they do. */
export default pickUpAfter(3000);
