import { Field } from './field.js';

/** `POST /session`: trades an API key for the dashboard's cookie. */
export class OpenSession {
  @Field.string({ minLength: 1, maxLength: 512 }) api_key!: string;
}

/** `GET /session`: what this server is, whether it asks for a key, and what the caller may do. */
export class Session {
  @Field.boolean() is_authenticated!: boolean;
  @Field.boolean({ description: 'True when the server was started with API_KEY.' }) needs_key!: boolean;
  @Field.enum('Role', ['viewer', 'admin'], {
    nullable: true,
    description: 'A viewer changes nothing; null: no key yet.',
  })
  role!: 'viewer' | 'admin' | null;
  @Field.string() version!: string;
}
