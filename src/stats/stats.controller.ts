import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { NameList, NamesQuery, Stats, StatsQuery, Timeseries, TimeseriesQuery } from '../contract/stats.dto.js';
import { StatsReader } from './stats-reader.js';
import { TimeseriesReader } from './timeseries.js';

/** `GET /stats` and `GET /stats/timeseries`. */
@ApiTags('stats')
@Controller('stats')
export class StatsController {
  constructor(
    private readonly stats: StatsReader,
    private readonly timeseries: TimeseriesReader,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Count jobs, workers and queues' })
  @ApiOkResponse({ type: Stats })
  read(@Query() query: StatsQuery): Promise<Stats> {
    return this.stats.read(query);
  }

  @Get('names')
  @ApiOperation({ summary: 'Find names of queues or types, for suggestions' })
  @ApiOkResponse({ type: NameList })
  names(@Query() query: NamesQuery): Promise<NameList> {
    return this.stats.names(query);
  }

  @Get('timeseries')
  @ApiOperation({ summary: 'Read history for charts' })
  @ApiOkResponse({ type: Timeseries })
  readTimeseries(@Query() query: TimeseriesQuery): Promise<Timeseries> {
    return this.timeseries.read(query);
  }
}
