/* An empty Nest application with the usual ValidationPipe. Decorators are called by hand, so that it needs no build. */
import 'reflect-metadata';
import { Body, Controller, Module, Post, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min, MinLength } from 'class-validator';

class CreateJob {}
const field = (name, ...rules) => rules.forEach((rule) => rule(CreateJob.prototype, name));
field('type', IsString(), MinLength(1), MaxLength(128));
field('payload', IsOptional());
field('max_retries', IsOptional(), IsInt(), Min(0), Max(1000));
field('timeout_seconds', IsOptional(), IsInt(), Min(1), Max(604_800));
field('queue', IsOptional(), IsString(), MaxLength(128));
field('priority', IsOptional(), IsInt(), Min(-100), Max(100));

class JobsController {
  create(job) {
    return { job_id: '00000000-0000-7000-8000-000000000000', status: 'PENDING', type: job.type };
  }
}
Body()(JobsController.prototype, 'create', 0);
Post('jobs')(JobsController.prototype, 'create', Object.getOwnPropertyDescriptor(JobsController.prototype, 'create'));
Reflect.defineMetadata('design:paramtypes', [CreateJob], JobsController.prototype, 'create');
Controller()(JobsController);

class EmptyModule {}
Module({ controllers: [JobsController] })(EmptyModule);

const app = await NestFactory.create(EmptyModule, { logger: ['error'] });
app.useGlobalPipes(new ValidationPipe({ whitelist: true, transform: true }));
await app.listen(Number(process.env.PORT), '127.0.0.1');
process.on('disconnect', () => process.exit());
