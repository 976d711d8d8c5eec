import { type Bye, isPassingCode } from '@roomful/contract/protocol'
import type { Connection } from '../connection/connection.ts'
import { requestedWaitMs } from '../errors.ts'
import { refusedBy } from './wire-messages.ts'

/** E4: ends the connection as the server's `$bye` says. */
export function endByServer(connection: Connection, bye: Bye): void {
  const { code } = bye
  const error = refusedBy({ message: `the server ended the connection: ${code}`, ...bye })
  const isUnauthorized = code === 'UNAUTHORIZED'
  if (!isUnauthorized && !isPassingCode(code)) return connection.stop('kicked', error)
  const waitMs = requestedWaitMs(error)
  // All clients of a closing server get the same time: they return spread over it.
  connection.dismissed(error, code === 'CLOSING' ? Math.random() * waitMs : waitMs, isUnauthorized)
}
