import { startServer } from './app.ts'
import type { RunningServer } from './app.ts'
import { readEnvironment, readLogLevel } from './environment.ts'
import { log } from './logs.ts'

try {
  log.level = readLogLevel(process.env)
  const server = await startServer(readEnvironment(process.env))
  console.log(`listening on ${server.url}`)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(server))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function stop(server: RunningServer): Promise<void> {
  try {
    await server.close()
    process.exit(0)
  } catch (error) {
    log.fatal({ err: error }, 'could not stop cleanly')
    process.exit(1)
  }
}
