import type { Failure } from '../../foundation/platform/index.ts'

/** Ends everything that is under way for one request: waits, attempts, streams. */
export class CallControl {
  readonly #controllers = new Set<AbortController>()
  #reason: Failure | undefined

  /** Why it was ended; `undefined` while it goes on. */
  get reason(): Failure | undefined {
    return this.#reason
  }

  get isAborted(): boolean {
    return this.#reason !== undefined
  }

  abort(reason: Failure): void {
    if (this.#reason !== undefined) return
    this.#reason = reason
    for (const controller of this.#controllers) controller.abort(reason)
    this.#controllers.clear()
  }

  open(): AbortController {
    const controller = new AbortController()
    if (this.#reason === undefined) this.#controllers.add(controller)
    else controller.abort(this.#reason)
    return controller
  }

  close(controller: AbortController): void {
    this.#controllers.delete(controller)
  }

  /** Waits; throws the reason where it is aborted meanwhile. */
  async wait(milliseconds: number): Promise<void> {
    if (this.#reason === undefined && milliseconds > 0) {
      const controller = this.open()
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, milliseconds)
        controller.signal.addEventListener('abort', () => {
          clearTimeout(timer)
          resolve()
        })
      })
      this.close(controller)
    }
    if (this.#reason !== undefined) throw this.#reason
  }
}
