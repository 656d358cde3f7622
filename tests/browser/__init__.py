"""A real browser on a real JupyterLab: what a person sees and does."""
