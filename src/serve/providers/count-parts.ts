/** A count from which parts are taken, never more than are left: the parts and the rest always add up to it. */
export class CountParts {
  rest: number

  constructor(total: number) {
    this.rest = total
  }

  take(part: number | undefined): number {
    const taken = Math.min(part ?? 0, this.rest)
    this.rest -= taken
    return taken
  }
}
