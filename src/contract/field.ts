import { applyDecorators } from '@nestjs/common';
import { ApiProperty, getSchemaPath, type ApiPropertyOptions } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateBy,
  ValidateNested,
  type ValidateByOptions,
} from 'class-validator';

/** What every field may say about itself. Lengths count UTF-16 units, as class-validator does. */
interface FieldOptions {
  description?: string;
  example?: unknown;
  default?: unknown;
  /** May be left out. An explicit `null` then means the same as leaving it out. */
  optional?: boolean;
  /** May be `null` in an answer (a request says this with `optional`). */
  nullable?: boolean;
}

type Constructor = new (...args: never[]) => object;

/**
 * `@Field.*` declares one property of a wire class, once: what OpenAPI publishes and what class-validator (and the validator compiled
 * from its metadata) checks come from the same line, so they cannot drift apart.
 */
export const Field = {
  string(options: FieldOptions & { minLength?: number; maxLength?: number; pattern?: RegExp; hint?: string } = {}) {
    const { minLength, maxLength, pattern, hint, ...rest } = options;
    return field(rest, { type: String, minLength, maxLength, pattern: pattern?.source }, [
      IsString(),
      ...(minLength === undefined ? [] : [MinLength(minLength)]),
      ...(maxLength === undefined ? [] : [MaxLength(maxLength)]),
      ...(pattern === undefined ? [] : [Matches(pattern, { message: hint })]),
    ]);
  },

  integer(options: FieldOptions & { min?: number; max?: number } = {}) {
    const { min, max, ...rest } = options;
    return field(rest, { type: 'integer', minimum: min, maximum: max }, [IsInt(), ...bounds(min, max)]);
  },

  /** A list of whole numbers. Answers only. */
  integers(options: FieldOptions & { maxItems: number }) {
    const { maxItems, ...rest } = options;
    return field(rest, { type: 'integer', isArray: true, maxItems }, [
      IsArray(),
      ArrayMaxSize(maxItems),
      IsInt({ each: true }),
    ]);
  },

  number(options: FieldOptions & { min?: number; max?: number } = {}) {
    const { min, max, ...rest } = options;
    return field(rest, { type: Number, minimum: min, maximum: max }, [IsNumber(), ...bounds(min, max)]);
  },

  boolean(options: FieldOptions = {}) {
    return field(options, { type: Boolean }, [IsBoolean()]);
  },

  /** One of `values`; `name` is the schema's name in OpenAPI. */
  enum<T extends string>(name: string, values: readonly T[], options: FieldOptions = {}) {
    return field(options, { enum: [...values], enumName: name }, [IsIn([...values])]);
  },

  /** Several of `values`: in a query `?status=DEAD&status=FAILED` or `?status=DEAD,FAILED`. */
  enums<T extends string>(name: string, values: readonly T[], options: FieldOptions = {}) {
    return field(options, { enum: [...values], enumName: name, isArray: true }, [
      IsArray(),
      ArrayMaxSize(values.length),
      IsIn([...values], { each: true }),
    ]);
  },

  uuid(options: FieldOptions = {}) {
    return field(options, { type: String, format: 'uuid' }, [IsUUID()]);
  },

  uuids(options: FieldOptions & { minItems?: number; maxItems: number }) {
    const { minItems, maxItems, ...rest } = options;
    return field(rest, { type: String, format: 'uuid', isArray: true, minItems, maxItems }, [
      IsArray(),
      ...sizes(minItems, maxItems),
      IsUUID('all', { each: true }),
    ]);
  },

  /** An ISO-8601 instant with its zone; answers are always UTC with milliseconds. */
  instant(options: FieldOptions = {}) {
    return field(options, { type: String, format: 'date-time' }, [IsISO8601({ strict: true, strictSeparator: true })]);
  },

  /** Any JSON value. It is kept as the text that came, so no digit of it is lost. */
  json(options: FieldOptions = {}) {
    // An empty schema alone would give way to the property's type as TypeScript emits it: an object.
    return field(options, { description: 'Any JSON value.', anyOf: [{}] }, []);
  },

  /** A JSON object of at most 16 strings, each of at most 256 characters, under names of at most 64. */
  labels(options: FieldOptions = {}) {
    return field(options, { type: 'object', additionalProperties: { type: 'string' } }, [ValidateBy(labels)]);
  },

  strings(
    options: FieldOptions & { minItems?: number; maxItems: number; maxLength: number; pattern?: RegExp; hint?: string },
  ) {
    const { minItems, maxItems, maxLength, pattern, hint, ...rest } = options;
    return field(rest, { type: String, isArray: true, minItems, maxItems, items: { type: 'string', maxLength } }, [
      IsArray(),
      ...sizes(minItems, maxItems),
      IsString({ each: true }),
      MinLength(1, { each: true }),
      MaxLength(maxLength, { each: true }),
      ...(pattern === undefined ? [] : [Matches(pattern, { each: true, message: hint })]),
    ]);
  },

  /** One nested wire class. */
  object(type: () => Constructor, options: FieldOptions = {}) {
    return field(options, { type: lazily(type) }, [IsObject(), ValidateNested()], type);
  },

  /** A list of one nested wire class. */
  objects(type: () => Constructor, options: FieldOptions & { minItems?: number; maxItems: number }) {
    const { minItems, maxItems, ...rest } = options;
    return field(
      rest,
      { type: lazily(type), isArray: true, minItems, maxItems },
      [IsArray(), ...sizes(minItems, maxItems), ValidateNested({ each: true })],
      type,
    );
  },

  /** A string, or one nested wire class (`error: "boom"` or `error: {message, …}`). */
  stringOrObject(type: () => Constructor, options: FieldOptions = {}) {
    const schema = { oneOf: [{ type: 'string' }, { $ref: getSchemaPath(type()) }] } as ApiPropertyOptions;
    return field(options, schema, [ValidateBy(stringOrObject), ValidateNested()], type);
  },
};

/** The wire class of a nested field; the validator compiled from class-validator's metadata asks for it. */
export function nestedTypeOf(owner: Constructor, property: string): (() => Constructor) | undefined {
  for (let type: object | null = owner; type !== null; type = Object.getPrototypeOf(type) as object | null) {
    const nested = nestedTypes.get(type)?.get(property);
    if (nested) return nested;
  }
  return undefined;
}

const nestedTypes = new WeakMap<object, Map<string, () => Constructor>>();

function field(
  options: FieldOptions,
  schema: ApiPropertyOptions,
  checks: PropertyDecorator[],
  nested?: () => Constructor,
): PropertyDecorator {
  const { optional, nullable, ...described } = options;
  return applyDecorators(
    ApiProperty({
      ...schema,
      ...described,
      ...(nullable ? { nullable: true } : {}),
      required: !optional,
    } as ApiPropertyOptions),
    ...(optional || nullable ? [IsOptional()] : []),
    ...checks,
    ...(nested ? [rememberNested(nested)] : []),
  );
}

/** Nest's OpenAPI module knows a function that answers a class, and is not the class, by the name `type`. */
function lazily(get: () => Constructor): () => Constructor {
  const type = () => get();
  return type;
}

function rememberNested(type: () => Constructor): PropertyDecorator {
  return (prototype, property) => {
    const owner = prototype.constructor;
    const properties = nestedTypes.get(owner) ?? new Map<string, () => Constructor>();
    properties.set(String(property), type);
    nestedTypes.set(owner, properties);
  };
}

const labels: ValidateByOptions = {
  name: 'labels',
  validator: {
    validate: (value: unknown) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
      const entries = Object.entries(value);
      return (
        entries.length <= 16 &&
        entries.every(([name, text]) => name.length <= 64 && typeof text === 'string' && text.length <= 256)
      );
    },
    defaultMessage: () =>
      'must be an object of at most 16 strings, each of at most 256 characters, under names of at most 64',
  },
};

const stringOrObject: ValidateByOptions = {
  name: 'stringOrObject',
  validator: {
    validate: (value) =>
      typeof value === 'string' || (typeof value === 'object' && value !== null && !Array.isArray(value)),
    defaultMessage: () => 'must be a string or an object',
  },
};

function bounds(min?: number, max?: number): PropertyDecorator[] {
  return [...(min === undefined ? [] : [Min(min)]), ...(max === undefined ? [] : [Max(max)])];
}

function sizes(min?: number, max?: number): PropertyDecorator[] {
  return [...(min === undefined ? [] : [ArrayMinSize(min)]), ...(max === undefined ? [] : [ArrayMaxSize(max)])];
}
