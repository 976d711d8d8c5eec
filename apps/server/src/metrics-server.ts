import { createServer } from 'node:http'
import type { RoomsMetrics } from '@roomful/server'
import { listen } from './listen.ts'
import { log } from './logs.ts'
import { createRegistry } from './prometheus.ts'

export interface MetricsOptions {
  /** 0 takes any free port. */
  readonly port: number
  /** @default 127.0.0.1, since the numbers are not for the public */
  readonly host?: string
  /** Without it the server starts without metrics where the port is in use. @default false */
  readonly isRequired?: boolean
}

export interface MetricsServer {
  readonly url: string
  close(): Promise<void>
}

/**
 * Serves `GET /metrics` on a port of its own. undefined without options, and where the port is in use and not required.
 *
 * @throws Error with one clear line if the address cannot be used.
 */
export async function startMetrics(
  options: MetricsOptions | undefined,
  metrics: () => RoomsMetrics,
): Promise<MetricsServer | undefined> {
  if (options === undefined) return undefined
  const { port, host = '127.0.0.1', isRequired = false } = options
  const registry = createRegistry(metrics)
  const http = createServer({ requestTimeout: 10_000 }, (request, response) => {
    if (request.method !== 'GET' || request.url?.split('?', 1)[0] !== '/metrics')
      return void response.writeHead(404).end('expected GET /metrics\n')
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      (err: unknown) => {
        log.error({ err }, 'metrics failed')
        response.writeHead(500).end()
      },
    )
  })
  try {
    const address = await listen(http, port, host, 'METRICS_PORT')
    const hostInUrl = host.includes(':') ? `[${host}]` : host
    const url = `http://${hostInUrl}:${address.port}/metrics`
    log.info({ url }, 'metrics')
    return { url, close: () => new Promise((resolve) => http.close(() => resolve()).closeAllConnections()) }
  } catch (error) {
    if (isRequired) throw error
    log.warn({ err: error }, 'no metrics')
    return undefined
  }
}
