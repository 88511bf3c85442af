import { Body, Controller, Delete, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { CookieOptions, Request, Response } from 'express';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { OpenSession, Session } from '../../contract/session.dto.js';
import { version } from '../package-root.js';
import { Access, SESSION_COOKIE } from './access.js';
import { callerOf, type Caller } from './caller.js';
import { SESSION_SECONDS } from './session-token.js';

/** `/session`: how the dashboard signs in, since a browser cannot keep an API key safely where scripts can read it. */
@ApiTags('session')
@Controller('session')
export class SessionController {
  private readonly access: Access;

  constructor(@Inject(CONFIG) private readonly config: Config) {
    this.access = new Access(config);
  }

  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Sign in: trade an API key for a session cookie.' })
  @ApiOkResponse({ type: Session })
  open(
    @Body() { api_key }: OpenSession,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Session {
    if (!this.access.needsKey) return this.describe(callerOf(request));
    const { token, caller } = this.access.openSession(api_key, request);
    response.cookie(SESSION_COOKIE, token, { ...this.cookieOptions(request), maxAge: SESSION_SECONDS * 1000 });
    return this.describe(caller);
  }

  @Get()
  @ApiOperation({ summary: 'What this server is, and what the caller may do.' })
  @ApiOkResponse({ type: Session })
  get(@Req() request: Request): Session {
    return this.describe(callerOf(request));
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({ summary: 'Sign out.' })
  @ApiNoContentResponse()
  close(@Req() request: Request, @Res({ passthrough: true }) response: Response): void {
    response.clearCookie(SESSION_COOKIE, this.cookieOptions(request));
  }

  private describe(caller: Caller | undefined): Session {
    const { needsKey } = this.access;
    return { is_authenticated: caller !== undefined, needs_key: needsKey, role: caller?.role ?? null, version };
  }

  private cookieOptions(request: Request): CookieOptions {
    // A proxy that ends TLS says so; whoever claims it without one only loses their own cookie.
    const isHttps =
      request.secure || this.config.publicUrl?.startsWith('https:') || request.headers['x-forwarded-proto'] === 'https';
    return { httpOnly: true, sameSite: 'strict', secure: isHttps, path: '/' };
  }
}
