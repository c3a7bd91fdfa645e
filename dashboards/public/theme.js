// Applies the theme that was chosen earlier, before anything is painted. Without a choice the system decides.
(() => {
  let chosen = null;
  try {
    chosen = window.localStorage.getItem('gatehouse.theme');
  } catch {
    // Storage may be forbidden; then the system's theme stands.
    return;
  }
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
})();
