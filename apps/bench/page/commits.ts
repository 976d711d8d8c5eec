let commits = 0

/** Poses as React's developer tools, because React reports each commit to them, in production too. */
export function countCommits(): void {
  Object.assign(globalThis, {
    __REACT_DEVTOOLS_GLOBAL_HOOK__: {
      supportsFiber: true,
      inject: () => 1,
      onCommitFiberRoot: () => (commits += 1),
      onCommitFiberUnmount: () => {},
      onPostCommitFiberRoot: () => {},
    },
  })
}

export function commitsSoFar(): number {
  return commits
}
