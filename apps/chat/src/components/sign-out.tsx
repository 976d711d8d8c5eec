import { useRef } from 'react'
import { useOutbox, useSocket } from '../realtime.ts'
import { unsentSentence } from '../sentences.ts'
import { signOut } from '../session.ts'
import { Icon } from './icon.tsx'

/** Signs out; asks first if messages are not sent yet, because signing out discards them. */
export function SignOut() {
  const { client } = useSocket()
  const { queued, sending } = useOutbox()
  const dialog = useRef<HTMLDialogElement>(null)
  const unsent = queued + sending

  async function discard() {
    await client.outbox.clear()
    signOut()
  }

  return (
    <>
      <button
        type="button"
        className="icon-button"
        aria-label="Sign out"
        title="Sign out"
        onClick={() => (unsent > 0 ? dialog.current?.showModal() : signOut())}
      >
        <Icon name="leave" />
      </button>
      <dialog ref={dialog} className="card" aria-labelledby="sign-out-title">
        <h2 id="sign-out-title">Sign out now?</h2>
        <p className="lead">{unsentSentence(unsent)}</p>
        <button type="button" className="button" onClick={() => dialog.current?.close()}>
          Stay
        </button>
        <button type="button" className="button quiet" onClick={discard}>
          {unsent > 0 ? 'Discard and sign out' : 'Sign out'}
        </button>
      </dialog>
    </>
  )
}
