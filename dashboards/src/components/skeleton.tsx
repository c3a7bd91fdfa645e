/** Grey stand-ins of about the size of what is coming, so that nothing jumps when it arrives. */
export function SkeletonLines({ lines, label }: { readonly lines: number; readonly label: string }) {
  return (
    <div className="skeleton-lines" role="status">
      <span className="visually-hidden">{label}</span>
      {Array.from({ length: lines }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: identical stand-ins without identity
        <div key={index} className={`skeleton skeleton-line skeleton-w${index % 4}`} />
      ))}
    </div>
  );
}

export function SkeletonBlock({ label }: { readonly label: string }) {
  return (
    <div className="skeleton skeleton-block" role="status">
      <span className="visually-hidden">{label}</span>
    </div>
  );
}
