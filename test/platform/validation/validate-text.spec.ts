import { parse } from 'node:querystring';
import { Field } from '../../../src/contract/field.js';
import { ListJobsQuery } from '../../../src/contract/job.dto.js';
import { validateText } from '../../../src/platform/validation/validate.js';

class Everything {
  @Field.integer({ optional: true, min: -5, max: 5000 }) integer?: number;
  @Field.number({ optional: true }) number?: number;
  @Field.boolean({ optional: true }) boolean?: boolean;
  @Field.uuid({ optional: true }) id?: string;
}

class JobPath {
  @Field.uuid() id!: string;
}

const read = (text: string) => validateText(Everything, parse(text));

const rejection = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    return (error as { details: { field: string; message: string }[] }).details;
  }
  throw new Error('was taken');
};

test('text becomes the values that the class declares', () => {
  expect(read('integer=-5&number=1.5&boolean=false')).toEqual({ integer: -5, number: 1.5, boolean: false });
  expect(read('id=0190F3C2-7B1E-7000-8000-000000000001')).toEqual({ id: '0190f3c2-7b1e-7000-8000-000000000001' });
  expect(read('')).toEqual({});
});

test.each([
  'integer=',
  'integer=1.0',
  'integer=1e2',
  'integer=+1',
  'integer=%201',
  'integer=007',
  'integer=0x10',
  'integer=5001',
  'number=',
  'number=1e5',
  'number=NaN',
  'number=Infinity',
  'number=.5',
  'boolean=1',
  'boolean=TRUE',
  'boolean=',
  'id=x',
])('%s is refused', (text) => {
  expect(rejection(() => read(text))).toHaveLength(1);
});

test('a repeated key is refused unless the field is a list, which also takes commas', () => {
  expect(rejection(() => read('integer=1&integer=2'))).toEqual([
    { field: 'integer', message: 'is given more than once' },
  ]);
  for (const text of ['status=DEAD&status=FAILED', 'status=DEAD,FAILED']) {
    expect(validateText(ListJobsQuery, parse(text))).toEqual({ status: ['DEAD', 'FAILED'] });
  }
  expect(rejection(() => validateText(ListJobsQuery, parse('status=DEAD,ODD')))).toMatchObject([
    { field: 'status[1]' },
  ]);
});

test('keys with the allowed prefix are collected, other unknown keys refused', () => {
  const query = validateText(ListJobsQuery, parse('payload.user.id=7&payload.__proto__=x&limit=10'));
  expect(query.limit).toBe(10);
  expect(Object.entries(query.payload ?? {})).toEqual([
    ['user.id', '7'],
    ['__proto__', 'x'],
  ]);
  for (const text of ['payload.=1', 'payload=1', 'colour=1', '__proto__=1', 'payload.a=1&payload.a=2']) {
    expect(rejection(() => validateText(ListJobsQuery, parse(text)))).toHaveLength(1);
  }
});

test('NUL is refused in any text, since the database cannot hold it', () => {
  for (const text of ['q=a%00b', 'payload.a=%00', 'tag=%00']) {
    expect(rejection(() => validateText(ListJobsQuery, parse(text)))).toMatchObject([
      { message: 'holds the character NUL' },
    ]);
  }
});

test('a path parameter that is required and wrong is named', () => {
  expect(rejection(() => validateText(JobPath, {}))).toEqual([{ field: 'id', message: 'is required' }]);
  expect(rejection(() => validateText(JobPath, { id: '7' }))).toEqual([
    { field: 'id', message: 'must be a UUID in lower case' },
  ]);
});
