let commits = 0

/** React tells developer tools of each commit, in production too: this pretends to be them. */
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
