import { Field } from './field.js';

export class HealthPart {
  @Field.enum('HealthPartStatus', ['up', 'degraded', 'down']) status!: 'up' | 'degraded' | 'down';
  @Field.string({ optional: true }) message?: string;
}

export class HealthParts {
  @Field.object(() => HealthPart) postgres!: HealthPart;
  @Field.object(() => HealthPart) redis!: HealthPart;
}

/** `GET /health/ready`. `degraded`: it works, but slower or with a warning (Redis away). */
export class Health {
  @Field.enum('HealthStatus', ['ok', 'degraded', 'error']) status!: 'ok' | 'degraded' | 'error';
  @Field.object(() => HealthParts) details!: HealthParts;
  @Field.strings({ maxItems: 20, maxLength: 500, description: 'What an operator should mend, found at start.' })
  warnings!: string[];
}

/** `GET /health/live`. */
export class Liveness {
  @Field.enum('LivenessStatus', ['ok']) status!: 'ok';
}
