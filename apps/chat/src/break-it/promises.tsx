import type { Guarantees } from '@roomful/client'

const placeOf: Readonly<Record<string, string>> = {
  memory: 'in the server’s memory',
  disk: 'on the server’s disk',
  async: 'in Redis',
  replica: 'in Redis and on a replica',
}

/** What the client promises with the present server, in words for a visitor. */
export function Promises({ guarantees }: { readonly guarantees: Guarantees | undefined }) {
  return (
    <>
      <h3>What is promised now</h3>
      {guarantees === undefined ? (
        <p className="lead">Nothing, until there is a connection. What you write is kept.</p>
      ) : (
        <ul className="promises" aria-label="What is promised now">
          <Promise isKept={guarantees.order}>Everybody sees the same messages in the same order.</Promise>
          <Promise isKept={guarantees.replay}>What was missed during an outage is fetched, or you are told.</Promise>
          <Promise isKept={guarantees.exactlyOnce}>What is sent again is stored once.</Promise>
          <Promise isKept={guarantees.outbox === 'indexedDB'}>What is not sent yet survives a reload.</Promise>
          {guarantees.durability !== undefined && guarantees.durability !== 'none' && (
            <Promise isKept>A confirmed message is {placeOf[guarantees.durability]}.</Promise>
          )}
        </ul>
      )}
    </>
  )
}

function Promise({ isKept, children }: { readonly isKept: boolean; readonly children: React.ReactNode }) {
  return <li className={isKept ? 'kept' : 'missing'}>{children}</li>
}
