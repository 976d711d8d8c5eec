export function EmptyRoom({ name }: { readonly name: string }) {
  return (
    <div className="empty">
      <h2>
        This is the beginning of <bdi>{name}</bdi>
      </h2>
      <p>There are no messages yet. Why not say hello?</p>
    </div>
  )
}

/** Above the first message of a room. */
export function Beginning({ name }: { readonly name: string }) {
  return (
    <p className="beginning">
      This is the beginning of <bdi>{name}</bdi>
    </p>
  )
}

/** Shown until it is known whether the room has messages. */
export function Skeleton() {
  return (
    <div className="skeleton" aria-hidden="true">
      <i />
      <i />
      <i />
    </div>
  )
}

export function HistoryProblem({ onTryAgain }: { readonly onTryAgain: () => void }) {
  return (
    <p className="separator gap">
      <span>Earlier messages could not be loaded.</span>
      <button type="button" className="button quiet small" onClick={onTryAgain}>
        Try again
      </button>
    </p>
  )
}
