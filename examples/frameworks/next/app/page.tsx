import { Chat } from '../chat.tsx'
import { chat } from '../contract.js'

/** A server component: it reads the contract, and renders the component of the client. */
export default function Page() {
  return (
    <>
      <h1>{`Events: ${Object.keys(chat.definition.room).join()}`}</h1>
      <Chat />
    </>
  )
}
