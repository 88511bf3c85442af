import { Controller, Get, Header, HttpCode, Redirect } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';

/** `/` leads to the dashboard. */
@ApiExcludeController()
@Controller()
export class RootController {
  @Get()
  @Redirect('/ui/', 302)
  toDashboard(): void {}
}

/** Stands in for a dashboard that was not built, and says so. */
@ApiExcludeController()
@Controller('ui')
export class MissingDashboardController {
  @Get(['', '*path'])
  @HttpCode(503)
  @Header('content-type', 'text/plain; charset=utf-8')
  explain(): string {
    return 'The dashboard is not built. Run "npm run build", then start again.\nThe API works: see /docs.\n';
  }
}
