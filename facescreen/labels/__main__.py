"""`python -m facescreen.labels` makes the labeled pools, step by step."""

from facescreen.labels.labeling import main

if __name__ == "__main__":
    main()
