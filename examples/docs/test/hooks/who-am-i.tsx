import { useEmitWithAck } from '@roomful/react'
import { useClient } from './roomful.ts'

export function WhoAmI() {
  const { emitWithAck, isPending, error, data } = useEmitWithAck(useClient(), 'whoami', { timeoutMs: 5_000 })
  if (error) return <p role="alert">{error.message}</p>
  return <button onClick={() => void emitWithAck()}>{isPending ? '…' : (data?.name ?? 'Who am I?')}</button>
}
