import { useLostConnection, useOutbox, useUnsentGuard } from '@roomful/react'
import { client } from './roomful.ts'

export function Banner() {
  const shown = useLostConnection(client, { lostAfterMs: 200, restoredForMs: 3_000 })
  const { queued, sending, storage } = useOutbox(client)
  useUnsentGuard(client)
  if (shown === 'restored') return <p>Back again</p>
  return shown && <p>{`No connection; ${queued + sending} unsent messages, stored in ${storage}`}</p>
}
