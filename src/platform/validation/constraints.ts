import type { ValidationMetadata } from 'class-validator/types/metadata/ValidationMetadata.js';

/** What class-validator's metadata says of one property. Each check takes what it understands, so that what is left is unknown. */
export class Constraints {
  /** `Class.property`, for messages. */
  readonly owner: string;
  private readonly byName: Map<string, ValidationMetadata>;

  constructor(owner: string, metadata: ValidationMetadata[]) {
    this.owner = owner;
    this.byName = new Map(metadata.map((constraint) => [constraint.name ?? constraint.type, constraint]));
  }

  take(name: string): ValidationMetadata | undefined {
    const constraint = this.byName.get(name);
    this.byName.delete(name);
    return constraint;
  }

  /** The only argument of a constraint such as `Min(3)`. */
  number(name: string): number | undefined {
    return this.take(name)?.constraints[0] as number | undefined;
  }

  /** @throws Error when a decorator was not understood: a check that never runs must not look like one that passes */
  assertAllTaken(): void {
    const [unknown] = this.byName.keys();
    if (unknown !== undefined) throw new Error(`${this.owner} has the constraint ${unknown}, which is not supported`);
  }
}
