import { Component, type ReactNode } from 'react'
import { Problem } from './problem.tsx'

/** Keeps a fault of one page from taking the console down. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, { readonly error: unknown }> {
  override state = { error: undefined as unknown }

  static getDerivedStateFromError(error: unknown) {
    return { error }
  }

  override render() {
    if (this.state.error === undefined) return this.props.children
    return (
      <div className="content">
        <Problem error={this.state.error} onRetry={() => this.setState({ error: undefined })} />
      </div>
    )
  }
}
