import type { TestOrchestrator } from '../support/orchestrator.js';

/** What this walk understands of an OpenAPI schema. */
export interface Schema {
  $ref?: string;
  allOf?: Schema[];
  oneOf?: Schema[];
  anyOf?: Schema[];
  type?: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object';
  format?: string;
  enum?: string[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  minimum?: number;
  maximum?: number;
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: Schema;
}

export interface Operation {
  method: string;
  path: string;
  parameters: Parameter[];
  /** The shapes that its body may have; empty when it takes none. */
  bodies: Schema[];
  needsKey: boolean;
}

/** A field of a body: the steps that lead to it, and what it may hold. */
export interface BodyField {
  steps: (string | number)[];
  schema: Schema;
  isRequired: boolean;
}

interface RawOperation {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  security: object[];
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** The document that the app publishes of itself: whatever operation is added there, the tests that walk it try it too. */
export class ApiDocument {
  readonly operations: Operation[];
  private readonly schemas: Record<string, Schema>;

  private constructor(document: {
    paths: Record<string, Record<string, RawOperation>>;
    components: { schemas: Record<string, Schema> };
  }) {
    this.schemas = document.components.schemas;
    this.operations = Object.entries(document.paths).flatMap(([path, item]) =>
      METHODS.filter((method) => item[method]).map((method) => this.read(method, path, item[method]!)),
    );
  }

  static async of(orchestrator: TestOrchestrator, headers?: Record<string, string>): Promise<ApiDocument> {
    const { body } = await orchestrator.call('GET', '/openapi.json', undefined, headers);
    return new ApiDocument(body as never);
  }

  /** The schema that a reference leads to. */
  resolve(schema: Schema): Schema {
    const next = schema.$ref ? this.schemas[schema.$ref.split('/').at(-1)!] : schema.allOf?.[0];
    return next ? this.resolve(next) : schema;
  }

  /** All fields of a body, those of nested objects and of the items of lists too. */
  fieldsOf(body: Schema, steps: (string | number)[] = []): BodyField[] {
    const schema = this.resolve(body);
    const fields = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
      const here = { steps: [...steps, name], schema: this.resolve(property) };
      return [
        { ...here, isRequired: schema.required?.includes(name) ?? false },
        ...this.fieldsOf(here.schema, here.steps),
      ];
    });
    const items = schema.items ? this.fieldsOf(schema.items, [...steps, 0]) : [];
    const alternatives = (schema.oneOf ?? []).flatMap((each) => this.fieldsOf(each, steps));
    return [...fields, ...items, ...alternatives];
  }

  /** The query that an operation can't do without, with a value for each of its parameters; empty where it needs none. */
  requiredQuery({ parameters }: Operation): string {
    const needed = parameters.filter((each) => each.in === 'query' && each.required);
    const query = new URLSearchParams(needed.map(({ name, schema }) => [name, String(this.sample(schema))]));
    return needed.length > 0 ? `?${query}` : '';
  }

  /** A value that a schema allows, with the required fields only. */
  sample(of: Schema): unknown {
    const schema = this.resolve(of);
    if (schema.enum) return schema.enum[0];
    if (schema.oneOf) return this.sample(schema.oneOf[0]!);
    switch (schema.type) {
      case 'string':
        return (
          { uuid: '01890000-0000-7000-8000-000000000000', 'date-time': '2026-01-31T12:00:00Z' }[schema.format ?? ''] ??
          'sample'
        );
      case 'integer':
      case 'number':
        return schema.minimum ?? 1;
      case 'boolean':
        return true;
      case 'array':
        return [this.sample(schema.items!)];
      default: {
        const required = schema.required ?? [];
        return Object.fromEntries(required.map((name) => [name, this.sample(schema.properties![name]!)]));
      }
    }
  }

  /** The sample of a body with one value put into it. */
  sampleWith(of: Schema, [step, ...rest]: readonly (string | number)[], value: unknown): unknown {
    if (step === undefined) return value;
    const schema = this.resolve(of);
    if (typeof step === 'number') return [this.sampleWith(schema.items!, rest, value)];
    const owner = schema.oneOf?.map((each) => this.resolve(each)).find((each) => each.properties?.[step]) ?? schema;
    const inner = this.sampleWith(owner.properties![step]!, rest, value);
    return { ...(this.sample(owner) as object), [step]: inner };
  }

  private read(method: string, path: string, operation: RawOperation): Operation {
    const body = operation.requestBody?.content['application/json']?.schema;
    return {
      method: method.toUpperCase(),
      path,
      parameters: operation.parameters ?? [],
      bodies: body ? (body.oneOf ?? [body]) : [],
      needsKey: operation.security.length > 0,
    };
  }
}

/** As error answers name fields: `jobs[0].max_retries`. */
export function fieldName(steps: readonly (string | number)[]): string {
  return steps.map((step, index) => (typeof step === 'number' ? `[${step}]` : index ? `.${step}` : step)).join('');
}

/** The path of an operation with samples for its parameters. */
export function samplePath(operation: Operation, values: Record<string, string> = {}): string {
  const samples: Record<string, string> = {
    id: '01890000-0000-7000-8000-000000000000',
    token: '01890000-0000-7000-8000-000000000000',
    name: 'sample',
    fingerprint: 'sample',
    ...values,
  };
  return operation.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => samples[name] ?? 'sample');
}
